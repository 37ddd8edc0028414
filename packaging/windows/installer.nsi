; The setup of Porchlight for Windows: for one user, without an administrator, in the language of Windows.
;
; Silent: /S, with /AUTOSTART to keep watch from sign-in on, /D=C:\folder (last) for another folder.
; Exit status: 0 done, 1 cancelled, 2 failed, 5 Porchlight runs, 6 a newer one is installed.
Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "WordFunc.nsh"
!include "nsDialogs.nsh"
!include "x64.nsh"

!define NAME "Porchlight"
!define ID "app.porchlight.Porchlight"
!define PROGRAM "$INSTDIR\Porchlight.exe"
!define HISTORY "$LOCALAPPDATA\porchlight"
!define APPS "Software\Microsoft\Windows\CurrentVersion\Uninstall\${ID}"
!define RUN "Software\Microsoft\Windows\CurrentVersion\Run"
; Where Windows keeps that the user switched a program off in the Task Manager.
!define APPROVED "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"

Name "${NAME}"
OutFile "Porchlight-Setup-x64.exe"
InstallDir "$LOCALAPPDATA\Programs\${NAME}"
InstallDirRegKey HKCU "${APPS}" "InstallLocation"
RequestExecutionLevel user
AllowSkipFiles off
ManifestDPIAware true
ManifestSupportedOS Win10
BrandingText "${NAME} ${VERSION}"
VIProductVersion "${VERSION}.${BUILD}"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${NAME} Setup"
VIAddVersionKey "CompanyName" "The Porchlight Authors"
VIAddVersionKey "LegalCopyright" "2026 The Porchlight Authors. Apache License 2.0"

Var Before ; the version that is installed already
Var Intro

!define MUI_ICON "Porchlight.ico"
!define MUI_UNICON "Porchlight.ico"
!define MUI_WELCOMEFINISHPAGE_BITMAP "side.bmp"
!define MUI_WELCOMEFINISHPAGE_BITMAP_STRETCH AspectFitHeight
!define MUI_COMPONENTSPAGE_SMALLDESC
!define MUI_WELCOMEPAGE_TEXT "$Intro"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_COMPONENTS
Page custom firewallPage
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_RUN "${PROGRAM}"
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English" ; the first is for all other languages
!insertmacro MUI_LANGUAGE "PortugueseBR"
!insertmacro MUI_LANGUAGE "Spanish"
!insertmacro MUI_LANGUAGE "Russian"
!insertmacro MUI_LANGUAGE "German"
!insertmacro MUI_LANGUAGE "French"
!include "words.nsh"

; What runs cannot be written to. So this sees the window, the watch and the terminal, whoever started them.
!macro refuseWhileItRuns
  ${Do}
    ${IfNot} ${FileExists} "${PROGRAM}"
      ${ExitDo}
    ${EndIf}
    ClearErrors
    FileOpen $0 "${PROGRAM}" a
    ${IfNot} ${Errors}
      FileClose $0
      ${ExitDo}
    ${EndIf}
    ${If} ${Cmd} `MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(RUNNING)" /SD IDCANCEL IDCANCEL`
      SetErrorLevel 5
      Quit
    ${EndIf}
  ${Loop}
!macroend

Section "${NAME}" programPart
  SectionIn RO
  SetOutPath "$INSTDIR"
  File "Porchlight.exe"
  File "LICENSE.txt"
  File "THIRD-PARTY.txt"
  File "/oname=Porchlight.png" "icon-64.png"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  ; Name and picture over what the program tells.
  WriteRegStr HKCU "Software\Classes\AppUserModelId\${ID}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "Software\Classes\AppUserModelId\${ID}" "IconUri" "$INSTDIR\Porchlight.png"
  WriteRegStr HKCU "${APPS}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${APPS}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${APPS}" "DisplayIcon" "${PROGRAM},0"
  WriteRegStr HKCU "${APPS}" "Publisher" "The Porchlight Authors"
  WriteRegStr HKCU "${APPS}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${APPS}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${APPS}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${APPS}" "NoModify" 1
  WriteRegDWORD HKCU "${APPS}" "NoRepair" 1 ; who runs the setup again repairs
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${APPS}" "EstimatedSize" $0
SectionEnd

Section "$(MENU)" menuPart
  CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "${PROGRAM}"
SectionEnd

Section /o "$(DESK)" deskPart
  CreateShortcut "$DESKTOP\${NAME}.lnk" "${PROGRAM}"
SectionEnd

Section /o "$(WATCH)" watchPart
  WriteRegStr HKCU "${RUN}" "${ID}" '"${PROGRAM}" watch'
SectionEnd

Section
  ; What was there before and is not wanted any more.
  ${IfNot} ${SectionIsSelected} ${menuPart}
    Delete "$SMPROGRAMS\${NAME}.lnk"
  ${EndIf}
  ${IfNot} ${SectionIsSelected} ${deskPart}
    Delete "$DESKTOP\${NAME}.lnk"
  ${EndIf}
  ${IfNot} ${SectionIsSelected} ${watchPart}
    DeleteRegValue HKCU "${RUN}" "${ID}"
  ${EndIf}
SectionEnd

!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
  !insertmacro MUI_DESCRIPTION_TEXT ${programPart} "$(PROGRAM_WHAT)"
  !insertmacro MUI_DESCRIPTION_TEXT ${menuPart} "$(MENU_WHAT)"
  !insertmacro MUI_DESCRIPTION_TEXT ${deskPart} "$(DESK_WHAT)"
  !insertmacro MUI_DESCRIPTION_TEXT ${watchPart} "$(WATCH_WHAT)"
!insertmacro MUI_FUNCTION_DESCRIPTION_END

Function .onInit
  ${IfNot} ${RunningX64}
    MessageBox MB_OK|MB_ICONSTOP "$(ONLY_64)" /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
  ReadRegStr $Before HKCU "${APPS}" "DisplayVersion"
  ${VersionCompare} "$Before" "${VERSION}" $0
  ${If} $Before == ""
    StrCpy $Intro "$(INTRO_NEW)"
  ${ElseIf} $0 = 0
    StrCpy $Intro "$(INTRO_REPAIR)"
  ${ElseIf} $0 = 1
    ; An older program may not read the history of a newer one.
    ${If} ${Cmd} `MessageBox MB_OKCANCEL|MB_ICONEXCLAMATION|MB_DEFBUTTON2 "$(NEWER)" /SD IDCANCEL IDCANCEL`
      SetErrorLevel 6
      Quit
    ${EndIf}
    StrCpy $Intro "$(INTRO_UPGRADE)"
  ${Else}
    StrCpy $Intro "$(INTRO_UPGRADE)"
  ${EndIf}
  !insertmacro refuseWhileItRuns

  ; It stays as it was.
  ${If} $Before != ""
  ${AndIfNot} ${FileExists} "$SMPROGRAMS\${NAME}.lnk"
    !insertmacro UnselectSection ${menuPart}
  ${EndIf}
  ${If} ${FileExists} "$DESKTOP\${NAME}.lnk"
    !insertmacro SelectSection ${deskPart}
  ${EndIf}
  ReadRegStr $0 HKCU "${RUN}" "${ID}"
  ${GetParameters} $1
  ClearErrors
  ${GetOptions} $1 "/AUTOSTART" $2
  ${IfNot} ${Errors}
  ${OrIf} $0 != ""
    !insertmacro SelectSection ${watchPart}
  ${EndIf}
FunctionEnd

; Windows asks its question when the program first listens for answers: too late to explain it then.
Function firewallPage
  !insertmacro MUI_HEADER_TEXT "$(FIREWALL)" "$(FIREWALL_WHEN)"
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateLabel} 0 0 100% 100% "$(FIREWALL_WHAT)"
  Pop $0
  nsDialogs::Show
FunctionEnd

!uninstfinalize '"${SIGN}" "%1"'

Function un.onInit
  !insertmacro refuseWhileItRuns
FunctionEnd

Section "Uninstall"
  ${If} ${FileExists} "${HISTORY}\*.*"
  ${AndIf} ${Cmd} `MessageBox MB_YESNO|MB_ICONQUESTION "$(KEEP)" /SD IDYES IDNO`
    RMDir /r "${HISTORY}"
  ${EndIf}
  Delete "${PROGRAM}"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\THIRD-PARTY.txt"
  Delete "$INSTDIR\Porchlight.png"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  RMDir "$LOCALAPPDATA\Programs" ; only if it is empty, like those below
  Delete "$SMPROGRAMS\${NAME}.lnk"
  Delete "$DESKTOP\${NAME}.lnk"
  ; What the toolkit keeps for the program; and the folders around it.
  RMDir /r "$LOCALAPPDATA\fyne\${ID}"
  RMDir "$LOCALAPPDATA\fyne"
  RMDir /r "$APPDATA\fyne\${ID}"
  RMDir "$APPDATA\fyne"
  DeleteRegValue HKCU "${RUN}" "${ID}"
  DeleteRegValue HKCU "${APPROVED}" "${ID}"
  DeleteRegKey HKCU "Software\Classes\AppUserModelId\${ID}"
  DeleteRegKey HKCU "Software\Classes\app.porchlight.note" ; what a click on a notification starts
  DeleteRegKey /ifempty HKCU "Software\Classes\AppUserModelId"
  DeleteRegKey HKCU "${APPS}"
SectionEnd
